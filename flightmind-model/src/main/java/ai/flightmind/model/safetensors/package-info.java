/**
 * Hugging Face's {@code .safetensors} files, read and written as streams. {@link
 * ai.flightmind.model.safetensors.SafetensorsReader} opens a file, checks its whole description, and reads tensors one by
 * one into memory that the caller owns; {@link ai.flightmind.model.safetensors.SafetensorsWriter} writes tensors that are
 * made one by one.
 *
 * <p>A file is the length of its header, 8 bytes; the header, JSON that gives each tensor's dtype, shape and place, padded
 * with spaces; and the tensors' bytes, little-endian, without gaps. There is no checksum: damage to the numbers themselves
 * cannot be seen.
 *
 * @see <a href="https://github.com/huggingface/safetensors">The format</a>
 */
@NullMarked
package ai.flightmind.model.safetensors;

import org.jspecify.annotations.NullMarked;
