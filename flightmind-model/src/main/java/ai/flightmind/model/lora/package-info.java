/**
 * Fine-tuning by low-rank adapters (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021). A {@link
 * ai.flightmind.model.lora.LoraConfig} says how large the adapter is and which layers it is for; {@link
 * ai.flightmind.model.Gpt#attachAdapter} freezes the model's weights and puts a {@link
 * ai.flightmind.model.lora.LoraAdapter} beside them, which is trained, saved and at the end added into the weights.
 */
@NullMarked
package ai.flightmind.model.lora;

import org.jspecify.annotations.NullMarked;
