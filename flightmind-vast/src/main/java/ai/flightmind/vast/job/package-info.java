/**
 * A program that goes on when nobody is connected. {@link ai.flightmind.vast.job.DetachedJob} gives the scripts that start
 * it, ask how it is, and stop it, to be run in the machine's shell by whoever is connected; {@link
 * ai.flightmind.vast.job.JobState} is what they answer. All that is known of a job lies in files in its folder. Nothing
 * here connects to anything.
 */
@NullMarked
package ai.flightmind.vast.job;

import org.jspecify.annotations.NullMarked;
