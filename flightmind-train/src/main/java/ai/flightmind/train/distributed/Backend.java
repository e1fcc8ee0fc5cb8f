package ai.flightmind.train.distributed;

/** What carries gradients between ranks. */
public enum Backend {
    /** Over TCP, through the CPU's memory; also for several ranks on one GPU. */
    GLOO,
    /** From GPU to GPU; each rank has its own. */
    NCCL
}
