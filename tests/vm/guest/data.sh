# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Data that can be proved: files that must not change, and writers that verify what was acknowledged.

# fixed_files DIR MB writes files of random content (MB in all) and remembers their sums.
fixed_files() {
	local dir=$1 mb=$2 i

	for i in 1 2 3 4; do
		head -c $((mb * 1048576 / 4)) /dev/urandom >"$dir/fixed$i"
	done
	sync -f "$dir"
	(cd "$dir" && sha256sum fixed?) >"$work/sums.${dir//\//_}"
}

# forget_cached FILE...: the next read comes from the disks. (Dropping all caches would do too, and
# cost seconds: every program would have to be read anew.)
forget_cached() {
	local file

	for file in "$@"; do
		sync "$file"
		dd if="$file" iflag=nocache count=0 status=none
	done
}

fixed_files_are_whole() {
	local dir=$1

	forget_cached "$dir"/fixed?
	(cd "$dir" && sha256sum --quiet -c "$work/sums.${dir//\//_}") || fail "the files in $dir have changed"
}

# writer_start DIR [MB] [IOPS]: random 4 KiB writes with fsync into one file, each block stamped,
# read back and compared as it goes; the first wrong block ends it.
writer_start() {
	local dir=$1 mb=${2:-16} iops=${3:-200} name=${1//\//_}

	fio --name=writer --filename="$dir/written" --size="${mb}M" --rw=randwrite --bs=4k \
		--ioengine=psync --fsync=16 --time_based --runtime=3600 --rate_iops="$iops" \
		--verify=crc32c --verify_backlog=256 --verify_fatal=1 --verify_dump=0 \
		--output-format=json --output="$work/fio$name.json" >"$work/fio$name.log" 2>&1 &
	echo $! >"$work/fio$name.pid"
	wait_until 60 "the writer in $dir writes" holds_data "$dir/written"
}

# fio gives the file its size first; then it is all zeroes.
holds_data() {
	[ -s "$1" ] && ! cmp -s -n "$(stat -c %s "$1")" "$1" /dev/zero
}

writer_is_well() {
	kill -0 "$(<"$work/fio${1//\//_}.pid")" 2>/dev/null ||
		fail "the writer in $1 has ended: $(tail -n 5 "$work/fio${1//\//_}.log")"
}

# writer_stop DIR: ends the writer and checks that it wrote something and found nothing wrong.
writer_stop() {
	local dir=$1 name=${1//\//_} pid written

	writer_is_well "$dir"
	pid=$(<"$work/fio$name.pid")
	# fio finishes the verification of what it has written.
	kill -INT "$pid"
	wait_until 60 "the writer in $dir ends" has_ended "$pid"
	rm "$work/fio$name.pid"
	written=$(fio_result "$work/fio$name.json") || fail "the writer in $dir found wrong data"
	[ "$written" -gt 0 ] || fail "the writer in $dir has written nothing"
	echo "the writer in $dir wrote $written blocks and found them right"
}

# writer_longest_wait_ms DIR, after writer_stop: of any read, write or sync.
writer_longest_wait_ms() {
	python3 - "$work/fio${1//\//_}.json" <<-'EOF'
		import json, sys
		text = open(sys.argv[1]).read()
		job = json.loads(text[text.index('{'):])['jobs'][0]
		waits = [job[kind][field]['max'] for kind, field in
			(('read', 'clat_ns'), ('write', 'clat_ns'), ('sync', 'lat_ns')) if field in job[kind]]
		print(round(max(waits) / 1e6))
	EOF
}

has_ended() {
	! kill -0 "$1" 2>/dev/null
}

# Prints the number of blocks written; fails when there was an error.
fio_result() {
	python3 - "$1" <<-'EOF'
		import json, sys
		text = open(sys.argv[1]).read()
		job = json.loads(text[text.index('{'):])['jobs'][0]
		print(job['write']['total_ios'])
		sys.exit(1 if job['error'] else 0)
	EOF
}

writers_kill() {
	local pid i

	for pid in "$work"/{fio,stamps}*.pid; do
		[ ! -e "$pid" ] || kill -KILL "$(<"$pid")" 2>/dev/null
	done
	# fio's writing is done by a child of its own, which keeps the file open when its parent dies.
	pkill -KILL -x fio
	for ((i = 0; i < 50; i++)); do
		pgrep -x fio >/dev/null || break
		sleep 0.1
	done
	return 0
}

# stamps_start DIR [MB]: writes that can be proved after a power cut: stamp.py notes each on the
# root disk once it was acknowledged.
stamps_start() {
	local dir=$1 mb=${2:-8}

	rm -f "$work/stamps.log"
	python3 /run/payload/guest/stamp.py write "$dir/stamps" "$mb" "$work/acknowledged" \
		>"$work/stamps.log" 2>&1 &
	echo $! >"$work/stamps.pid"
	wait_until 60 "stamps are written" grep -qx noted "$work/stamps.log"
}

stamps_stop() {
	kill -TERM "$(<"$work/stamps.pid")" || fail "the stamping has ended: $(tail -n 5 "$work/stamps.log")"
	wait_until 60 "the stamping ends" has_ended "$(<"$work/stamps.pid")"
	rm "$work/stamps.pid"
}

# stamps_are_there DIR: each acknowledged write, or a later one of the same block, is there.
stamps_are_there() {
	forget_cached "$1/stamps"
	python3 /run/payload/guest/stamp.py check "$1/stamps" "$work/acknowledged" ||
		fail "acknowledged writes are missing"
}
