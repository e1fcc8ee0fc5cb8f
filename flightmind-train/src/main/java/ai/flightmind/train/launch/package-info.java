/**
 * One program, many processes. A main class and a number of ranks go in; each rank becomes a JVM with the environment
 * that PyTorch's launchers give, and a result, or what failed where, comes out.
 *
 * <p>Start at {@link ai.flightmind.train.launch.Launcher}. {@code Supervision} is one launch; {@code Coordinator} leads it
 * on node 0, {@code Follower} takes part on the others, and both run an {@code Attempt}: the ranks of this node from their
 * start to their end. {@code RankMain} is the other side, in the ranks. All decisions are made on the thread that called
 * {@code run()}; other threads only put what happened into its {@code Inbox}. Nothing here loads a native library, so a
 * crash in a rank cannot take the launcher with it.
 */
@NullMarked
package ai.flightmind.train.launch;

import org.jspecify.annotations.NullMarked;
