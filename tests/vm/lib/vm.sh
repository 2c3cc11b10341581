# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Test machines, from the host's side: disks that outlive a boot, boots that run one script each,
# power cuts, and the verdict. One process drives one machine; its files are in $VM_DIR:
#
#	pv0.img ...	the disks of vm_disk
#	root.qcow2	the overlay of the image, kept from boot to boot
#	console.N.log	what the kernel (and systemd) said in boot N
#	tap.N.log	what the script said in boot N
#
# A boot is good when its script printed its end mark with status 0 (a machine that was cut off need
# not have), no `not ok`, and the kernel complained of nothing.

vm_home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$vm_home/../lib/common.sh"
. "$vm_home/../lib/package.sh"
. "$vm_home/lib/accel.sh"
. "$vm_home/lib/product.sh"

vm_complaints='BUG:|WARNING:|Oops|blocked for more than|Kernel panic|unregister_netdevice'
# A scenario that provokes one of them on purpose says which, as an extended regular expression.
vm_expected_complaints=
vm_memory=${PVMOVED_VM_MEMORY:-768M}

vm_boots=0
vm_failures=0
vm_boot_failed=
vm_pid=
vm_tail=
vm_disks=()
vm_volatile=()
vm_lost_writes=0
declare -A vm_losses=()
# More options for QEMU.
vm_extra=()
# When set, what the script says is not shown while it says it.
vm_quiet=
vm_late=
vm_late_slots=

# Makes the folder, the image if need be, and the root with the program under test (see product.sh).
# $1 names the test, for people. VM_LOGS is where the logs of a failed run are kept.
vm_begin() {
	vm_name=$1
	need_packages qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils
	vm_image=$("$vm_home/image") || exit
	VM_DIR=$(mktemp -d "${TMPDIR:-/tmp}/pvmoved-vm.XXXXXX")
	trap vm_clean_up EXIT
	trap 'exit 130' INT TERM
	mkdir -p "$VM_DIR/payload"
	cp -r "$vm_home/guest" "$VM_DIR/payload/"
	# QEMU's options are words without blanks in them.
	# shellcheck disable=SC2207
	vm_accel=($(accel_options "$vm_image/vmlinuz"))
	vm_stage_product
	vm_new_root
}

# The root as it was before the first boot.
vm_new_root() {
	local format=raw

	[[ $vm_root != *.qcow2 ]] || format=qcow2
	qemu-img create -q -f qcow2 -F "$format" -b "$vm_root" "$VM_DIR/root.qcow2"
}

vm_clean_up() {
	if [ "$vm_pid" ]; then
		kill -KILL "$vm_pid" 2>/dev/null || :
	fi
	if [ "${VM_KEEP:-}" ]; then
		say "kept $VM_DIR"
	else
		rm -rf "$VM_DIR"
	fi
}

# vm_disk NAME SIZE [bps=BYTES_PER_S] [iops=N] [sector=BYTES] [late] [volatile]: a virtio disk with
# NAME as its serial number, there at every boot from now on. The limits hold for reads and writes
# together. A late one is missing after a boot with $vm_late set until the guest calls
# late_disks_appear. Of a volatile one vm_recall_cut can lose what was not flushed.
vm_disk() {
	local name=$1 size=$2 drive device option slot
	shift 2

	# unsafe: a flush costs nothing. The host's page cache survives the death of QEMU, so a
	# power cut loses exactly the requests that were not finished.
	drive=if=none,id=$name,file=$VM_DIR/$name.img,format=raw,cache=unsafe,discard=unmap
	slot=$(vm_next_slot)
	device=virtio-blk-pci,drive=$name,serial=$name,id=disk-$name,addr=0x$slot,multifunction=on
	for option in "$@"; do
		case $option in
		bps=*) drive+=,throttling.bps-total=$(numfmt --from=iec "${option#*=}") ;;
		iops=*) drive+=,throttling.iops-total=${option#*=} ;;
		sector=*) device+=,logical_block_size=${option#*=},physical_block_size=${option#*=} ;;
		late) vm_late_slots+=" vm.late=0000:00:$slot" ;;
		volatile)
			drive=$(vm_logged_drive "$name")
			vm_volatile+=("$name")
			;;
		*) die "vm_disk: what is $option?" ;;
		esac
	done
	truncate -s "$size" "$VM_DIR/$name.img"
	vm_disks+=(-drive "$drive" -device "$device")
}

# SLOT.FUNCTION on the PCI bus. QEMU's own devices are below and above these 15 slots.
vm_next_slot() {
	local n=$((${#vm_disks[@]} / 4))

	printf '%x.%x\n' $((16 + n % 15)) $((n / 15))
}

# A drive that notes each write and flush beside doing it, in the format of dm-log-writes. The guest's
# flushes get as far as the notes.
vm_logged_drive() {
	local child

	printf 'if=none,id=%s,driver=blklogwrites' "$1"
	for child in file:img log:writes; do
		printf ',%s.driver=file,%s.filename=%s,%s.cache.no-flush=on' "${child%:*}" "${child%:*}" \
			"$VM_DIR/$1.${child#*:}" "${child%:*}"
	done
}

# For each boot: what the volatile disks hold now, and nothing noted.
vm_begin_notes() {
	local name

	for name in "${vm_volatile[@]}"; do
		cp --sparse=always "$VM_DIR/$name.img" "$VM_DIR/$name.before"
		rm -f "$VM_DIR/$name.writes"
		truncate -s 4G "$VM_DIR/$name.writes"
	done
}

# Keeps the machine's disks as they are after vm_cut, for any number of vm_recall_cut.
vm_remember_cut() {
	local name

	cp --sparse=always "$VM_DIR/root.qcow2" "$VM_DIR/root.cut"
	for name in "${vm_volatile[@]}"; do
		mv "$VM_DIR/$name.before" "$VM_DIR/$name.cut"
		mv "$VM_DIR/$name.writes" "$VM_DIR/$name.cut-writes"
	done
}

# vm_recall_cut WHAT: the disks as the remembered power cut may have left them. What was flushed is
# there; of what each volatile disk had in its cache nothing is (none), everything (all), the first MiB
# (start), or some, chosen by a number, down to single sectors. vm_losses[NAME] is for that disk alone.
# Adds to vm_lost_writes.
vm_recall_cut() {
	local name

	cp --sparse=always "$VM_DIR/root.cut" "$VM_DIR/root.qcow2"
	for name in "${vm_volatile[@]}"; do
		cp --sparse=always "$VM_DIR/$name.cut" "$VM_DIR/$name.img"
		python3 "$vm_home/lib/lose_writes.py" "$VM_DIR/$name.cut-writes" "$VM_DIR/$name.img" \
			"${vm_losses[$name]:-$1}" >"$VM_DIR/$name.lost" ||
			vm_fail "cannot tell what $name had in its cache"
		vm_lost_writes=$((vm_lost_writes + $(<"$VM_DIR/$name.lost")))
	done
}

# vm_boot HOW SCRIPT [ARG...] starts the machine in the background; HOW as in guest/init. The same
# script can serve several boots by its arguments.
vm_boot() {
	local how=$1 script=$2
	shift 2

	vm_boots=$((vm_boots + 1))
	vm_boot_failed=
	vm_console=$VM_DIR/console.$vm_boots.log
	vm_tap=$VM_DIR/tap.$vm_boots.log
	: >"$vm_console"
	: >"$vm_tap"
	cp "$script" "$VM_DIR/payload/script"
	printf '%s\n' "$@" >"$VM_DIR/payload/args"
	[ $# -gt 0 ] || : >"$VM_DIR/payload/args"
	tar -c --sort=name -C "$VM_DIR/payload" -f "$VM_DIR/payload.tar" .
	vm_begin_notes
	vm_start "vm.boot=$how${vm_late:+$vm_late_slots}" -display none -serial "file:$vm_console" -serial "file:$vm_tap" </dev/null &
	vm_pid=$!
	# The shell would announce the death of a job.
	disown "$vm_pid"
	vm_tail=
	[ "$vm_quiet" ] || vm_follow "$vm_tap"
}

# Shows a growing file until QEMU ends.
vm_follow() {
	tail -n +1 -s 0.2 --pid="$vm_pid" -f "$1" 2>/dev/null &
	vm_tail=$!
}

# Runs QEMU in the place of the shell, so that a background job's id is QEMU's.
vm_start() {
	local append=$1 monitor=$VM_DIR/monitor
	shift

	[ -p "$monitor.in" ] || mkfifo "$monitor.in" "$monitor.out"
	# The root is read-write because only the overlay is written. The kernel tests its ciphers while it
	# patches itself, and was seen to hang there for ever under emulation (Linux 6.1, QEMU 7.2); another
	# CPU was seen to run into a breakpoint of such a patch, which is a panic (6.12). So the second one comes
	# when the kernel is through with that: see guest/init.
	exec qemu-system-x86_64 -M q35 "${vm_accel[@]}" -smp 2 -m "$vm_memory" -nodefaults -no-reboot \
		-kernel "$vm_image/vmlinuz" \
		-append "root=PARTUUID=70766d76-01 rw init=/usr/sbin/vm-init console=ttyS0 no_timer_check cryptomgr.notests maxcpus=1 loglevel=5 panic=-1 $append" \
		-drive if=none,id=root,file="$VM_DIR/root.qcow2",format=qcow2,discard=unmap \
		-drive if=none,id=payload,file="$VM_DIR/payload.tar",format=raw,read-only=on \
		-device nvme,id=nvme0,serial=root -device nvme-ns,drive=root,bus=nvme0,nsid=1 \
		-device nvme-ns,drive=payload,bus=nvme0,nsid=2 \
		-chardev "pipe,id=monitor,path=$monitor" -mon chardev=monitor,mode=readline \
		"${vm_disks[@]}" "$@" "${vm_extra[@]}"
}

# One command to QEMU's own monitor, as block_set_io_throttle, device_add or device_del. Its answer
# is not read.
vm_monitor() {
	echo "$*" >"$VM_DIR/monitor.in"
}

vm_is_running() {
	[ "$vm_pid" ] && kill -0 "$vm_pid" 2>/dev/null
}

# vm_wait_for PATTERN [SECONDS]: waits until the script has said a line that matches. A failed wait
# stops the machine and counts as a failure of the boot.
vm_wait_for() {
	local pattern=$1 seconds=${2:-120} deadline

	deadline=$((SECONDS + seconds))
	while ! grep -qE -e "$pattern" "$vm_tap"; do
		if ! vm_is_running; then
			vm_stop "the machine stopped before it said \"$pattern\""
			return 1
		elif [ $SECONDS -ge $deadline ]; then
			vm_stop "the script did not say \"$pattern\" within $seconds s"
			return 1
		fi
		sleep 0.1
	done
}

# Cuts the power: nothing in the machine gets to know. What it said until then is judged.
vm_cut() {
	kill -KILL "$vm_pid" 2>/dev/null || vm_fail "the machine had stopped before its power was cut"
	vm_reap
	vm_judge
}

# vm_finish [SECONDS]: waits for the script to end and the machine to switch itself off, and judges.
vm_finish() {
	local seconds=${1:-300} deadline status

	deadline=$((SECONDS + seconds))
	while vm_is_running; do
		if [ $SECONDS -ge $deadline ]; then
			vm_stop "the machine was not finished within $seconds s"
			return
		fi
		sleep 0.1
	done
	vm_reap
	status=$(sed -n 's/^# end of script: //p' "$vm_tap")
	case $status in
	0) ;;
	'') vm_fail "the machine died: its script has not printed its end mark" ;;
	*) vm_fail "the script ended with status $status" ;;
	esac
	vm_judge
}

vm_stop() {
	kill -KILL "$vm_pid" 2>/dev/null || :
	vm_reap
	vm_fail "$1"
	vm_judge
}

vm_reap() {
	while vm_is_running; do sleep 0.05; done
	[ -z "$vm_tail" ] || wait "$vm_tail" 2>/dev/null || :
	vm_pid=
}

vm_judge() {
	local said

	if grep -q '^not ok ' "$vm_tap"; then
		vm_fail "$(grep -c '^not ok ' "$vm_tap") failed in boot $vm_boots: $(
			sed -n 's/^not ok [0-9]* - //p' "$vm_tap" | paste -sd, | sed 's/,/, /g')"
	fi
	said=$(grep -aE "$vm_complaints" "$vm_console" | grep -avE "${vm_expected_complaints:-^$}") || :
	[ -z "$said" ] || vm_fail "the kernel complained in boot $vm_boots: $said"
	[ "$vm_boot_failed" ] || return 0
	echo "# the last of the console of boot $vm_boots:"
	tail -n 40 "$vm_console" | tr -d '\r' | sed 's/^/#   /'
}

vm_fail() {
	vm_failures=$((vm_failures + 1))
	vm_boot_failed=1
	echo "# FAILED: $1"
}

# The verdict of all boots; the status is the test's.
vm_end() {
	local cases logs

	cases=$(cat "$VM_DIR"/tap.*.log | grep -c '^ok ') || :
	if [ "$cases" = 0 ] && [ "$vm_failures" = 0 ]; then
		vm_failures=1
		echo "# FAILED: not one case was run"
	fi
	if [ "$vm_failures" = 0 ]; then
		echo "# $vm_name: $cases good, $SECONDS s"
		return
	fi
	logs=${VM_LOGS:-}
	if [ "$logs" ]; then
		rm -rf "$logs"
		mkdir -p "$logs"
		cp "$VM_DIR"/*.log "$logs/"
	fi
	echo "# $vm_name: FAILED, $cases good, $SECONDS s${logs:+; logs are in $logs}"
	return 1
}
