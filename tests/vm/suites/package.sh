# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The Debian package in a Debian with systemd: installed and used as the README and the guide say, configured, upgraded in mid-move, purged. Each
# step goes on from the one before.
#vm disk pv0 300M
#vm disk pv1 300M bps=16M
#vm install package
#vm boot systemd
#vm timeout 1080
. guest/lib.sh

package=$(echo /run/payload/package/pvmoved_*.deb)
conf_d=/etc/pvmoved/pvmoved.conf.d

units_are_up() {
	systemctl is-active --quiet pvmoved.socket && systemctl is-active --quiet pvmoved.service
}

main_pid() {
	systemctl show -P MainPID pvmoved.service
}

# log_has MESSAGE-NAME [FIELD=VALUE...]
log_has() {
	local id

	id=$(pvmoved --list-messages | sed -n "s/ $1\$//p")
	shift
	[ -n "$(journalctl -q -o cat "MESSAGE_ID=$id" "$@")" ]
}

# What a Debian without LVM has not got, and comes with the package; and what the image leaves out to be small.
plain_debian() {
	local archive=/run/payload/package/packages
	local -a extras

	[ ! -e /usr/sbin/pvmoved ] || fail 'pvmoved is there before its package'
	mapfile -t extras < <(sed -n 's/^Package: //p' $archive/Packages)
	rm -f /etc/dpkg/dpkg.cfg.d/* /etc/apt/sources.list.d/*
	echo "deb [trusted=yes] file:$archive ./" >/etc/apt/sources.list
	apt-get -y purge "${extras[@]}"
	apt-get update
	! command -v lvs || fail 'LVM is still there'
}

it_installs_and_runs() {
	cd /run/payload/package || exit
	follow README.md install
	wait_until 60 'socket and daemon run' units_are_up
	getent group pvmoved >/dev/null || fail 'there is no group pvmoved'
	[ "$(stat -c %U:%G:%a /run/pvmoved/org.pvmoved)" = root:pvmoved:660 ] || fail 'the socket is not for its group'
	systemctl is-enabled pvmoved.socket pvmoved.service
	dpkg-query -W -f '${Conffiles}' pvmoved | grep -q /etc/pvmoved/pvmoved.conf
	! dpkg --verify pvmoved | grep . || fail 'files of the package are not as they should be'
	pvmoved --check-config | grep -qx 'moves = 1000'
	wait_until 60 'the catalog has its entries' catalog_has_them
}

# disks_are_named SDB SDC: gives the disks with these serial numbers the names that the documentation has.
disks_are_named() {
	printf 'SUBSYSTEM=="block", ENV{DEVTYPE}=="disk", ENV{ID_SERIAL}=="%s", SYMLINK+="%s"\n' "$1" sdb "$2" sdc \
		>/run/udev/rules.d/99-names.rules
	udevadm control --reload
	udevadm trigger --settle --subsystem-match=block
	[ /dev/sdb -ef "$(pv "${1#pv}")" ] && [ /dev/sdc -ef "$(pv "${2#pv}")" ]
}

a_newcomer_makes_a_first_move() {
	mkdir -p /run/udev/rules.d
	disks_are_named pv0 pv1
	follow /run/payload/package/README.md try
	echo 'was here' >/mnt/note
	is_on vg0/home 1
	table_is_plain vg0/home
	! pvs -o vg_name --noheadings /dev/sdb | grep vg0 || fail 'the disk is still in the VG'
}

a_newcomer_replaces_the_disk() {
	disks_are_named pv1 pv0
	follow /usr/share/doc/pvmoved/guide.md replace
	is_on vg0/home 0
	nothing_left vg0
	! pvs /dev/sdb || fail 'the disk is still a PV'
	grep -qx 'was here' /mnt/note
	umount /mnt
	fsck_is_clean vg0/home
	vgremove -qq -y vg0
	pvremove -qq /dev/sdc
	rm /run/udev/rules.d/99-names.rules
	udevadm control --reload
	udevadm trigger --settle --subsystem-match=block
	# A later step sees it loaded.
	modprobe -r dm_mirror
}

catalog_has_them() {
	[ "$(journalctl --list-catalog | grep -c ' pvmoved: ')" -ge 41 ]
}

it_takes_a_configuration() {
	local pid

	pid=$(main_pid)
	printf '[lvm]\ncommand_timeout = 5min\n[paths]\nrun_dir = /run/other\n' >$conf_d/x.conf
	systemctl reload pvmoved.service
	wait_until 60 'the change is told' log_has reloaded
	journalctl -q -o cat -u pvmoved.service | grep -q 'command_timeout in \[lvm\] is now 300s'
	log_has config-waits || fail 'nobody was told of what waits for a restart'
	printf '[lvm]\ncomand_timeout = 5min\n' >$conf_d/x.conf
	systemctl reload pvmoved.service
	wait_until 60 'the mistake is told' log_has config-wrong
	journalctl -q -o cat -u pvmoved.service | grep -q "$conf_d/x.conf:2: unknown key \"comand_timeout\""
	fails_with 0 pvmovectl status
	[ "$(main_pid)" = "$pid" ] || fail 'the daemon is another one'
}

# With the wrong configuration of the step before.
its_failure_is_told() {
	fails_with 1 systemctl restart pvmoved.service
	[ "$(systemctl show -P ExecMainStatus pvmoved.service)" = 5 ] || fail 'not status 5'
	wait_until 60 'the failure is told' log_has service-failed
	rm $conf_d/x.conf
	systemctl reset-failed
	systemctl start pvmoved.socket pvmoved.service
	wait_until 60 'socket and daemon run' units_are_up
}

its_main_is_not() {
	local pid

	pid=$(main_pid)
	[ "$pid" != 0 ] && [ "$pid" != "$1" ]
}

a_daemon_that_hangs_is_replaced() {
	local pid

	mkdir -p /run/systemd/system/pvmoved.service.d
	printf '[Service]\nWatchdogSec=10s\n' >/run/systemd/system/pvmoved.service.d/hurry.conf
	systemctl daemon-reload
	systemctl restart pvmoved.service
	pid=$(main_pid)
	kill -STOP "$pid"
	wait_until 120 'the watchdog has it replaced' its_main_is_not "$pid"
	[ "$(systemctl show -P NRestarts pvmoved.service)" = 1 ] || fail 'it was not started again by systemd'
	rm -r /run/systemd/system/pvmoved.service.d
	systemctl daemon-reload
	systemctl restart pvmoved.service
	wait_until 60 'socket and daemon run' units_are_up
}

# The package has neither enabled nor started the timer; it is the admin's from here on.
its_metrics_are_written() {
	local textfiles=/var/lib/prometheus/node-exporter

	[ "$(systemctl is-enabled pvmoved-metrics.timer)" = disabled ] || fail 'the timer is enabled'
	! systemctl is-active --quiet pvmoved-metrics.timer || fail 'the timer runs'
	mkdir -p $textfiles
	systemctl start pvmoved-metrics.service
	grep -qx 'pvmoved_up 1' $textfiles/pvmoved.prom
	[ "$(stat -c %a $textfiles/pvmoved.prom)" = 644 ] || fail 'not everybody may read it'
	[ "$(ls -A $textfiles)" = pvmoved.prom ] || fail 'something is left beside it'
	systemctl stop pvmoved.service
	rm $textfiles/pvmoved.prom
	systemctl start pvmoved-metrics.service
	! systemctl is-active --quiet pvmoved.service || fail 'it has started the daemon'
	[ ! -e $textfiles/pvmoved.prom ] || fail 'it has written something'
	systemctl start pvmoved.service
	systemctl enable --quiet --now pvmoved-metrics.timer
}

# The daemon has a mount namespace of its own.
it_holds_no_mount() {
	mkvg vg 0 1
	mklv_in_segments vg/lv 200 0 3
	mkfs.ext4 -q /dev/vg/lv
	mount /dev/vg/lv /home
	systemctl restart pvmoved.service
	grep -q ' /home ' "/proc/$(main_pid)/mountinfo" || fail 'it does not see the mount: this shows nothing'
	umount /home
	lvchange -an vg/lv
	lvchange -ay vg/lv
}

# LVM activates and deactivates, and the kernel loads its module, with what the unit allows.
an_inactive_lv_is_moved() {
	[ ! -e /sys/module/dm_mirror ] || fail 'dm_mirror is loaded: this shows nothing of its loading'
	mklv vg/small 16M 0
	fixed_bytes=$(head -c 16M /dev/urandom | tee /dev/vg/small | sha256sum)
	lvchange -an vg/small
	pvmovectl start --verify --wait -n small "$(pv 0)" "$(pv 1)"
	is_on vg/small 1
	nothing_left vg
	[ ! -e /dev/vg/small ] || fail 'it was left active'
	lvchange -ay vg/small
	[ "$(sha256sum </dev/vg/small)" = "$fixed_bytes" ] || fail 'its content is another'
	lvremove -qq -y vg/small
	! journalctl -q -o cat -u pvmoved.service -t pvmoved | grep -iE 'permitted|denied|setpriority|read-only' ||
		fail 'something is refused'
}

a_move_is_in_mid_copy() {
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 24
	throttle 1
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	wait_until 60 'the status tells of it' status_tells
}

status_tells() {
	systemctl show -P StatusText pvmoved.service | grep -qE '^1 move \(1 running\), .* of .* copied$'
}

it_is_not_purged_in_mid_move() {
	fails_with 1 dpkg --purge pvmoved
	said 'moves are under way'
	units_are_up || fail 'its daemon was stopped'
	wait_mid_copy "$(last_move)"
}

it_stops_and_starts_in_mid_move() {
	systemctl stop pvmoved.socket pvmoved.service
	! pgrep -x pvmoved >/dev/null || fail 'a daemon is left'
	dmsetup table | grep -q ' mirror ' || fail 'the kernel does not go on copying'
	systemctl start pvmoved.socket pvmoved.service
	units_are_up || fail 'it does not run'
	wait_mid_copy "$(last_move)"
	systemctl restart pvmoved.service
	wait_mid_copy "$(last_move)"
}

# The same program under the next version's number.
make_next_version() {
	rm -rf "$work/next"
	dpkg-deb -R "$package" "$work/next"
	sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
	dpkg-deb -b -Znone "$work/next" "$work/next.deb"
}

it_is_upgraded_in_mid_move() {
	local pid

	make_next_version
	echo '# a change of mine' >>/etc/pvmoved/pvmoved.conf
	pid=$(main_pid)
	dpkg -i "$work/next.deb"
	dpkg-query -W -f '${Version}' pvmoved | grep -q '+next$'
	grep -qx '# a change of mine' /etc/pvmoved/pvmoved.conf
	units_are_up || fail 'it does not run'
	[ "$(main_pid)" != "$pid" ] || fail 'the daemon was not replaced'
	wait_mid_copy "$(last_move)"
	throttle 100
	move_ends_as "$(last_move)" 'done'
	source_is_empty "$(pv 0)"
	is_on vg/lv 1
	table_is_plain vg/lv
	nothing_left vg
	fixed_files_are_whole /mnt/lv
}

the_log_explains_itself() {
	local move

	move=$(last_move)
	log_has state-copying "PVMOVED_MOVE=$move" PVMOVED_LV=lv PVMOVED_VG=vg || fail 'copying was not told'
	log_has state-done "PVMOVED_MOVE=$move" || fail 'the end was not told'
	journalctl -q -x -u pvmoved.service | grep -q "^.*Subject: Move $move has moved an LV" || fail 'the catalog says nothing'
	[ -z "$(systemctl --failed --no-legend --plain)" ] || fail "$(systemctl --failed --plain)"
}

it_is_purged() {
	local path

	dpkg --purge pvmoved
	for path in /var/lib/pvmoved /run/pvmoved /etc/pvmoved; do
		[ ! -e $path ] || fail "$path is left"
	done
	[ -z "$(systemctl list-unit-files 'pvmoved*' --no-legend)" ] || fail 'a unit is left'
	[ -z "$(find /etc/systemd /var/lib/systemd/deb-systemd-helper-enabled -name 'pvmoved*')" ] || fail 'a link is left'
	fixed_files_are_whole /mnt/lv
}

run_step 'a plain Debian has neither LVM nor the libraries' plain_debian
run_step 'apt installs the package as the README says, and its units run' it_installs_and_runs
run_step 'the first move as the README has it' a_newcomer_makes_a_first_move
run_step 'a disk is replaced as the guide has it' a_newcomer_replaces_the_disk
run_step 'a reload applies the configuration, and refuses a wrong one' it_takes_a_configuration
run_step 'a daemon that does not start is told of' its_failure_is_told
run_step 'a daemon that hangs is replaced by the watchdog' a_daemon_that_hangs_is_replaced
run_step 'metrics are written for node_exporter, but a daemon that was stopped stays so' its_metrics_are_written
run_step 'an LV can be unmounted and deactivated beside the daemon' it_holds_no_mount
run_step 'an inactive LV is moved, compared, and left inactive' an_inactive_lv_is_moved
run_step 'a move is in mid-copy' a_move_is_in_mid_copy
run_step 'the package is not purged in mid-move' it_is_not_purged_in_mid_move
run_step 'it is stopped, started and restarted in mid-copy' it_stops_and_starts_in_mid_move
run_step 'it is upgraded in mid-copy, and the move goes on to its end' it_is_upgraded_in_mid_move
run_step 'the log explains itself' the_log_explains_itself
run_step 'the package is purged, and nothing of it is left' it_is_purged
end_cases
