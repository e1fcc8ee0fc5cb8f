/**
 * What a training run costs: a {@link ai.flightmind.vast.cost.Workload} and a {@link ai.flightmind.vast.cost.GpuType} go
 * in, GPU-hours, time and dollars come out. Start at {@link ai.flightmind.vast.cost.CostEstimate}.
 */
@NullMarked
package ai.flightmind.vast.cost;

import org.jspecify.annotations.NullMarked;
