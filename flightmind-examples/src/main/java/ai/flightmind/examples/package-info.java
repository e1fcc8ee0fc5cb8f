/**
 * Programs to run and to copy. {@link ai.flightmind.examples.Quickstart} shows the whole on a CPU in under three minutes,
 * {@link ai.flightmind.examples.PrepareData} makes token files of text, {@link ai.flightmind.examples.Pretrain} is the
 * guide's training program with its flags, {@link ai.flightmind.examples.FineTune} teaches conversations to what was
 * trained, {@link ai.flightmind.examples.Generate} continues prompts with it, {@link ai.flightmind.examples.Evaluate} says
 * what it is worth, {@link ai.flightmind.examples.TrainOnVast} the guide itself on rented GPUs, {@link
 * ai.flightmind.examples.RehearseRun} the same on this machine, for nothing, {@link ai.flightmind.examples.Benchmark} says
 * how fast training is on this machine, {@link ai.flightmind.examples.SearchOffers} what there is to rent.
 */
@NullMarked
package ai.flightmind.examples;

import org.jspecify.annotations.NullMarked;
