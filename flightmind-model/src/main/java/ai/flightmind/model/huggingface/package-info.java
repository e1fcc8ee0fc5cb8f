/**
 * Models as Hugging Face lays them out, as a directory that transformers, vLLM and llama.cpp's converter take for a Llama:
 * a Gpt has its architecture, with query and key rows in another order.
 *
 * <p>{@link ai.flightmind.model.huggingface.HuggingFaceExport} writes a {@link ai.flightmind.model.Gpt} as such a directory:
 * {@code model.safetensors}, {@code config.json}, {@code generation_config.json} and the tokenizer's files. {@link
 * ai.flightmind.model.huggingface.HuggingFaceModel} reads one, where its shape is a Gpt's.
 */
@NullMarked
package ai.flightmind.model.huggingface;

import org.jspecify.annotations.NullMarked;
