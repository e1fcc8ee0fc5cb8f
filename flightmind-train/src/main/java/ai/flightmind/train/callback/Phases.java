package ai.flightmind.train.callback;

import java.time.Duration;

/**
 * Where a step's time went on this rank; the parts are {@link Step#duration} together.
 *
 * @param data reading rows and moving them to the device
 * @param forward of all micro-batches, to the loss and the head's own gradient
 * @param backward from there through the layers, without what of averaging gradients was waited for
 * @param reduction waiting for other ranks: {@link Step#communication}
 * @param optimizer the gradient's norm, clipping, the update
 * @param rest all else, such as giving memory back
 */
public record Phases(
        Duration data, Duration forward, Duration backward, Duration reduction, Duration optimizer, Duration rest) {}
