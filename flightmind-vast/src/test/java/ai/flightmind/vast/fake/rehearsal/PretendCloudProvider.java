package ai.flightmind.vast.fake.rehearsal;

import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.Rehearsal;
import ai.flightmind.vast.run.RehearsalStage;

/** Opens a {@link PretendCloud}. */
public final class PretendCloudProvider implements RehearsalStage.Provider {
    @Override
    public RehearsalStage open(RunPlan plan, Rehearsal rehearsal) {
        return PretendCloud.open(plan, rehearsal);
    }
}
