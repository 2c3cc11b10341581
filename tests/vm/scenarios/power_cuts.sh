# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The power is cut with moves at every step of the state machine, on disks with volatile caches: what
# was not flushed may be gone, any part of it. Each batch is one machine with a VG for each step. From
# the one cut two boots begin: one with pvmoved, which finishes, after losing some of what was not
# flushed; and one without it, after losing all of that but LVM's own words, where LVM must find
# everything, and a third of the VGs are released by hand.
#
# With "all" as argument: both sides of each step, and more ways for the caches to lose.
#vm timeout 1500
#vm long

guest=$vm_home/scenarios/power_cuts.guest
extent=${1:-each}
disk_size=24M
most=13
cuts=0
boots_of_cuts=0
released=0

# Which plot comes to a step.
plot_of_step() {
	case $1 in
	enter-undoing | clear-leg | detach-LV | enter-aborted) echo abort ;;
	enter-paused) echo pause ;;
	enter-held) echo held ;;
	enter-failed) echo failing ;;
	put-back) echo changed ;;
	enter-verifying | verify) echo verify ;;
	activate-LV) echo inactive ;;
	enter-reserving | reserve | enter-arming | create-leg | attach-LV-to-leg | enter-copying | redraw-leg | \
		enter-committing | flush-destination | commit | enter-switching | switch-LV | enter-retiring | \
		remove-leg | release | finish | enter-done) echo move ;;
	*) return 1 ;;
	esac
}

# One word for each step, before and after it by turns.
list_plots() {
	local program=$VM_DIR/payload/tree/usr/lib/pvmoved-tests/pvmoved step plot n=0

	for step in $("$program" --list-failpoints | sed -n 's/:before$//p'); do
		if ! plot=$(plot_of_step "$step"); then
			echo "unknown/$step"
		# After it is after detach-LV, remove-leg or release.
		elif [ "$step" = put-back ]; then
			echo "$plot/$step:before"
		elif [ "$extent" = all ]; then
			echo "$plot/$step:before"
			echo "$plot/$step:after"
		elif [ $((n++ % 2)) = 0 ]; then
			echo "$plot/$step:after"
		else
			echo "$plot/$step:before"
		fi
	done
	# Some disks have got an edit of the metadata, and some not; and the control of the caches.
	printf '%s\n' half/reserve:source half/commit:source half/commit:destination half/release:destination \
		unflushed/commit:after
}

# LVM's edit has been written, and not been flushed yet, so that what its cache loses is not for us to
# choose: were LVM's text lost and the pointer to it kept, on all disks, nobody could read the VG.
losses_of() {
	local n=0 plot

	vm_losses=()
	for plot; do
		case $plot in
		move/reserve:after | move/commit:after | move/release:after)
			vm_losses[pv$((2 * n))]=none
			vm_losses[pv$((2 * n + 1))]=none
			;;
		esac
		n=$((n + 1))
	done
}

play_batch() {
	local losses=(1) loss

	[ "$extent" != all ] || losses=(1 2 3 all)
	losses_of "$@"
	vm_boot script "$guest" cut "$@"
	vm_wait_for '^# all stand' 900 || return 0
	vm_cut
	vm_remember_cut
	cuts=$((cuts + $#))
	for loss in "${losses[@]}"; do
		vm_recall_cut "$loss"
		vm_boot script "$guest" with "$@"
		vm_finish 900
		boots_of_cuts=$((boots_of_cuts + $#))
	done
	# With "start" LVM's newest words are there, and what they are about only if it was flushed.
	vm_recall_cut start
	vm_boot script "$guest" without "$@"
	vm_finish 700
	boots_of_cuts=$((boots_of_cuts + $#))
	released=$((released + $(grep -c '^# released ' "$vm_tap" || :)))
	rm -f "$VM_DIR/root.qcow2" "$VM_DIR"/pv*
	vm_new_disks
}

# Blank ones, for the next batch.
vm_new_disks() {
	local name

	vm_new_root
	for name in "${vm_volatile[@]}"; do
		truncate -s "$disk_size" "$VM_DIR/$name.img"
	done
}

mapfile -t plots < <(list_plots)
for plot in "${plots[@]}"; do
	case $plot in
	unknown/*) vm_fail "no plot is known to come to ${plot#*/}: give it one" ;;
	esac
done
batches=$(((${#plots[@]} + most - 1) / most))
size=$(((${#plots[@]} + batches - 1) / batches))
for ((n = 0; n < 2 * size; n++)); do
	vm_disk "pv$n" "$disk_size" volatile
done
for ((n = 0; n < ${#plots[@]}; n += size)); do
	play_batch "${plots[@]:n:size}"
done
echo "# power_cuts: $cuts moves cut off at ${#plots[@]} places, $boots_of_cuts boots of one of their VGs," \
	"$released released by hand, $vm_lost_writes writes lost from caches"
