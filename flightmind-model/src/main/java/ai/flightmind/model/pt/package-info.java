/**
 * PyTorch's {@code .pt} files, read and written as streams.
 *
 * <p>In comes a file that {@code torch.save} wrote (the zip format, PyTorch 1.6 and newer); out come
 * plain maps, lists, numbers and strings, with a {@link ai.flightmind.model.pt.PtTensor} where a
 * tensor stands. A tensor's bytes go straight from the file into memory that the caller owns. The
 * other way round, a map of the same kind, with libtorch tensors in it, becomes a file that
 * {@code torch.load} takes, {@code weights_only} included. No file is ever held in memory whole.
 *
 * <p>Start with {@link ai.flightmind.model.pt.PtReader} and {@link ai.flightmind.model.pt.PtWriter}.
 *
 * <p>A {@code .pt} is a zip of stored records in one folder: {@code data.pkl} is a pickle that
 * describes everything but the numbers, {@code data/0}, {@code data/1}, … are the bytes of one
 * storage each. The pickle is read by a machine that knows the few names a checkpoint holds and
 * constructs nothing else, so a file from a stranger is safe to open.
 *
 * @see <a href="https://docs.pytorch.org/docs/stable/notes/serialization.html">PyTorch:
 *     serialization semantics</a>
 */
@NullMarked
package ai.flightmind.model.pt;

import org.jspecify.annotations.NullMarked;
