"""The processes of a data-parallel training: a cluster of TensorFlow, and its collective operations.

Keras 3 does not train under tf.distribute.MultiWorkerMirroredStrategy. So the strategy is made for what it sets up, a
cluster whose processes can sum tensors, and gradients are summed by the operation that it would take itself.
"""

from functools import cache
from typing import Any

import tensorflow as tf

from mnist_compare.experiment.shard import LIMIT_SECONDS, Shard

GROUP = 71
"""The key of the group of all processes: any number that nobody else takes."""


@cache
def join(shard: Shard) -> "Processes":
    """The processes, once in each of them: whatever it trains. Waits for the others, and must come before anything is
    computed.
    """
    return Processes(shard)


class Processes:
    """All that train together, as one of them knows them."""

    def __init__(self, shard: Shard) -> None:
        self._count = shard.count
        resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
            tf.train.ClusterSpec({"worker": list(shard.addresses)}),
            task_type="worker",
            task_id=shard.rank,
            rpc_layer="grpc",
        )
        self._strategy = tf.distribute.MultiWorkerMirroredStrategy(resolver)

    def sums(self, tensors: list[Any]) -> tuple[list[Any], Any]:
        """The sums of tensors of one type over all processes, in one piece, and the seconds that they took."""
        flat = tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], axis=0)
        with tf.control_dependencies([flat]):
            begin = tf.timestamp()
        with tf.control_dependencies([begin]):
            found = self._sum(flat)
        with tf.control_dependencies([found]):
            seconds = tf.timestamp() - begin
        parts = tf.split(found, [tensor.shape.num_elements() for tensor in tensors])
        return [tf.reshape(part, tensor.shape) for part, tensor in zip(parts, tensors, strict=True)], seconds

    def _sum(self, tensor: Any) -> Any:
        return tf.raw_ops.CollectiveReduceV2(
            input=tensor,
            group_size=self._count,
            group_key=GROUP,
            instance_key=tensor.shape.num_elements(),  # one for each network
            ordering_token=[],
            merge_op="Add",
            final_op="Id",
            timeout_seconds=LIMIT_SECONDS,
        )
