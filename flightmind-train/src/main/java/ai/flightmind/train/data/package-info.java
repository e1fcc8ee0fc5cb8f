/**
 * Token files and the order in which they are read. {@link ai.flightmind.train.data.TokenDataset} opens {@code
 * train.bin}, {@code val.bin} and {@code meta.json}; {@link ai.flightmind.train.data.SampleOrder} says which sequences
 * a step reads, as a pure function of seed and step; rows come out as int64 tensors on the CPU.
 */
@NullMarked
package ai.flightmind.train.data;

import org.jspecify.annotations.NullMarked;
