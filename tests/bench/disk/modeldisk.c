// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks in memory whose speed is known by construction, for the benchmark only.
 *
 * A disk has one medium, which serves one request after the other, in the order
 * they came: each keeps it for request_ns, plus its bytes at bytes_s, plus
 * seek_ns and half a rotation_ns when it does not begin where the last ended.
 * latency_ns later the request is done; any number of requests may be in that
 * part. All times are multiplied by dilation, so that on a slow machine the
 * disk is the limit and not the CPU; 0 is a disk that takes no time. The time at
 * which the medium is free is reckoned, not measured, so that late timers do
 * not add up.
 *
 * Parameters can be changed at any time and hold from the next request on. What
 * a disk says of itself is in /sys/block/modeldiskN/queue: whether it turns, the
 * scheduler, and max_sectors_kb, the largest request it is handed.
 */
#include <linux/blk-mq.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#define DISKS_MAX           4
#define REQUEST_MAX_SECTORS 8192

static unsigned int disks = 2;
module_param(disks, uint, 0444);
static unsigned long size_mb = 160;
module_param(size_mb, ulong, 0444);
static unsigned int dilation = 10;
module_param(dilation, uint, 0644);
static unsigned long bytes_s = 200000000;
module_param(bytes_s, ulong, 0644);
static unsigned long request_ns;
module_param(request_ns, ulong, 0644);
static unsigned long latency_ns = 200000;
module_param(latency_ns, ulong, 0644);
static unsigned long seek_ns;
module_param(seek_ns, ulong, 0644);
static unsigned long rotation_ns;
module_param(rotation_ns, ulong, 0644);

struct model_disk {
	void *data;
	struct gendisk *gendisk;
	struct blk_mq_tag_set tags;
	spinlock_t lock;
	ktime_t medium_free; /* under the lock, as the head */
	sector_t head;
};

struct model_request {
	struct hrtimer timer;
};

static struct model_disk model_disks[DISKS_MAX];

static enum hrtimer_restart request_done(struct hrtimer *timer)
{
	struct model_request *mine = container_of(timer, struct model_request, timer);

	blk_mq_end_request(blk_mq_rq_from_pdu(mine), BLK_STS_OK);
	return HRTIMER_NORESTART;
}

static void transfer(struct model_disk *disk, struct request *rq)
{
	void *at = disk->data + (blk_rq_pos(rq) << SECTOR_SHIFT);
	struct req_iterator iter;
	struct bio_vec bv;

	rq_for_each_segment(bv, rq, iter)
	{
		if (rq_data_dir(rq) == WRITE)
			memcpy_from_bvec(at, &bv);
		else
			memcpy_to_bvec(&bv, at);
		at += bv.bv_len;
	}
}

/* When the request is done. */
static ktime_t reserve_medium(struct model_disk *disk, struct request *rq)
{
	u64 scale = READ_ONCE(dilation);
	u64 cost_ns = request_ns + div64_u64((u64)blk_rq_bytes(rq) * NSEC_PER_SEC, bytes_s);
	unsigned long flags;
	ktime_t now, done;

	spin_lock_irqsave(&disk->lock, flags);
	now = ktime_get();
	if (blk_rq_pos(rq) != disk->head)
		cost_ns += seek_ns + rotation_ns / 2;
	disk->head = blk_rq_pos(rq) + blk_rq_sectors(rq);
	/* What was reserved at another dilation does not hold any more. */
	if (scale == 0 || ktime_before(disk->medium_free, now))
		disk->medium_free = now;
	disk->medium_free = ktime_add_ns(disk->medium_free, cost_ns * scale);
	done = ktime_add_ns(disk->medium_free, latency_ns * scale);
	spin_unlock_irqrestore(&disk->lock, flags);
	return done;
}

static blk_status_t queue_request(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	struct request *rq = bd->rq;
	struct model_request *mine = blk_mq_rq_to_pdu(rq);
	struct model_disk *disk = rq->q->queuedata;
	ktime_t done;

	blk_mq_start_request(rq);
	done = reserve_medium(disk, rq);
	if (req_op(rq) == REQ_OP_READ || req_op(rq) == REQ_OP_WRITE)
		transfer(disk, rq);
	hrtimer_start(&mine->timer, done, HRTIMER_MODE_ABS);
	return BLK_STS_OK;
}

static int init_request(struct blk_mq_tag_set *set, struct request *rq, unsigned int hctx,
			unsigned int node)
{
	struct model_request *mine = blk_mq_rq_to_pdu(rq);

	hrtimer_init(&mine->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	mine->timer.function = request_done;
	return 0;
}

static const struct blk_mq_ops model_ops = {
	.queue_rq = queue_request,
	.init_request = init_request,
};

static const struct block_device_operations model_fops = {.owner = THIS_MODULE};

static void remove_disk(struct model_disk *disk)
{
	if (disk->gendisk) {
		del_gendisk(disk->gendisk);
		put_disk(disk->gendisk);
		blk_mq_free_tag_set(&disk->tags);
	}
	vfree(disk->data);
}

static int add_disk_number(struct model_disk *disk, unsigned int number)
{
	struct gendisk *gendisk;
	int r;

	spin_lock_init(&disk->lock);
	disk->data = vzalloc(size_mb << 20);
	if (!disk->data)
		return -ENOMEM;
	disk->tags = (struct blk_mq_tag_set){.ops = &model_ops,
					     .nr_hw_queues = 1,
					     .queue_depth = 128,
					     .numa_node = NUMA_NO_NODE,
					     .cmd_size = sizeof(struct model_request),
					     .flags = BLK_MQ_F_SHOULD_MERGE};
	r = blk_mq_alloc_tag_set(&disk->tags);
	if (r)
		return r;
	gendisk = blk_mq_alloc_disk(&disk->tags, disk);
	if (IS_ERR(gendisk)) {
		blk_mq_free_tag_set(&disk->tags);
		return PTR_ERR(gendisk);
	}
	gendisk->fops = &model_fops;
	snprintf(gendisk->disk_name, sizeof(gendisk->disk_name), "modeldisk%u", number);
	set_capacity(gendisk, size_mb << (20 - SECTOR_SHIFT));
	blk_queue_max_hw_sectors(gendisk->queue, REQUEST_MAX_SECTORS);
	blk_queue_max_segments(gendisk->queue, REQUEST_MAX_SECTORS >> PAGE_SECTORS_SHIFT);
	blk_queue_flag_set(QUEUE_FLAG_NONROT, gendisk->queue);
	r = add_disk(gendisk);
	if (r) {
		put_disk(gendisk);
		blk_mq_free_tag_set(&disk->tags);
		return r;
	}
	disk->gendisk = gendisk;
	return 0;
}

static void remove_disks(void)
{
	for (unsigned int i = 0; i < DISKS_MAX; i++)
		remove_disk(&model_disks[i]);
}

static int __init model_init(void)
{
	int r = 0;

	if (disks > DISKS_MAX || bytes_s == 0)
		return -EINVAL;
	for (unsigned int i = 0; i < disks && r == 0; i++)
		r = add_disk_number(&model_disks[i], i);
	if (r)
		remove_disks();
	return r;
}

module_init(model_init);
module_exit(remove_disks);
MODULE_DESCRIPTION("disks of known speed");
MODULE_LICENSE("GPL");
