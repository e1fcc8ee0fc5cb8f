/**
 * A judge for weather reports that a model wrote. In comes one line; out goes a verdict with its reason in words. Start at
 * {@link ai.flightmind.examples.aviation.judge.MetarJudge}.
 */
@NullMarked
package ai.flightmind.examples.aviation.judge;

import org.jspecify.annotations.NullMarked;
