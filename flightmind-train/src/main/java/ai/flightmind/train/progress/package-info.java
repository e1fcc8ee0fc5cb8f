/**
 * How far a run is, in one line that is drawn over itself where there is a terminal, and in plain lines where there is none.
 * {@link ai.flightmind.train.progress.LiveProgress} shows training, {@link ai.flightmind.train.progress.LiveLine} whatever
 * else takes its time: an upload, a download, tokenizing.
 *
 * <p>The live line is drawn by the optional library {@code me.tongfei:progressbar}.
 */
@NullMarked
package ai.flightmind.train.progress;

import org.jspecify.annotations.NullMarked;
