vm_disk pv0 64M volatile
vm_disk pv1 64M volatile
vm_boot script /tmp/crash-vol.guest st
vm_wait_for '^# ready' 100
vm_cut
vm_remember_cut
for w in none 1 all; do
vm_recall_cut $w
echo "lost $vm_lost_writes"; cat $VM_DIR/*.lost
cp $VM_DIR/*.cut-writes /tmp/ 2>/dev/null
vm_boot script /tmp/crash-vol.guest ck
vm_finish 100
done
