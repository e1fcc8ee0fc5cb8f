/**
 * Event files for TensorBoard, and for everything else that reads them. What a run tells goes in, {@code
 * events.out.tfevents.*} come out, readable while they are written. Start at {@link
 * ai.flightmind.train.tensorboard.TensorBoard}.
 */
@NullMarked
package ai.flightmind.train.tensorboard;

import org.jspecify.annotations.NullMarked;
