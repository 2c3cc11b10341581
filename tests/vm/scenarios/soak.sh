# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Whatever comes: random moves, aborts, pauses, kills of the daemon and commands of LVM, for a while
# in each boot, under writers that can prove what was acknowledged; the power is cut at the end of
# each but the last. SOAK_BOOTS, SOAK_SECONDS (of each boot) and SOAK_SEED choose; see tests/bench/soak.
#vm timeout 1200

guest=$vm_home/scenarios/soak.guest
boots=${SOAK_BOOTS:-2}
seconds=${SOAK_SECONDS:-50}
seed=${SOAK_SEED:-$RANDOM}

vm_disk pv0 260M
vm_disk pv1 260M
vm_disk pv2 260M

echo "# seed $seed, $boots boots of $seconds s"
for ((boot = 1; boot < boots; boot++)); do
	vm_boot script "$guest" "$boot" "$((seed + boot))" "$seconds" cut
	vm_wait_for '^# cut now' $((seconds * 2 + 240)) || break
	vm_cut
done
if [ "$vm_failures" = 0 ]; then
	vm_boot script "$guest" "$boot" "$((seed + boot))" "$seconds" end
	vm_finish $((seconds * 2 + 500))
fi
# What all boots counted, added up.
cat "$VM_DIR"/tap.*.log | awk '/^# counted: / { sum[$4] += $3 } END {
	for (what in sum)
		printf "# in all: %d %s\n", sum[what], what }' | sort -k5
