package ai.flightmind.examples;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.cost.CostEstimate;
import ai.flightmind.vast.cost.GpuType;
import ai.flightmind.vast.error.UnauthorizedException;
import ai.flightmind.vast.offer.OfferRanking;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.run.RunCommands;
import java.util.Locale;

/** Says what a plan would rent and run, and what it would cost; rents nothing. */
final class PlanPreview {
    private PlanPreview() {}

    static void print(RunPlan plan, String gpu, int gpus) {
        plan.query().ifPresent(query -> printOffers(plan, query));
        say("%nRun, in %s:%n%s", plan.image(), RunCommands.of(plan, gpus));
        plan.natives().forEach(artifact -> say("%s: the machine gets it for itself", artifact.fileName()));
        GpuType.named(gpu)
                .ifPresentOrElse(type -> printCost(plan, type, gpus), () -> say("%nNo estimate for a %s.", gpu));
    }

    /** With a key, the offers; without one, what would be asked. */
    private static void printOffers(RunPlan plan, OfferQuery query) {
        say("Rent: %s %s%n%s", query.method(), query.path(), query.toJson());
        try (VastClient vast = VastClient.create()) {
            say("%n%s", OfferRanking.of(vast.offers().search(query), plan.workload()));
        } catch (UnauthorizedException e) {
            say("No offers without a key: set VAST_API_KEY, or run `vastai set api-key`.");
        }
    }

    private static void printCost(RunPlan plan, GpuType type, int gpus) {
        say(
                "%nCost, for %,d parameters and %,d tokens:",
                plan.workload().parameters(), plan.workload().tokens());
        for (int count : new int[] {gpus, 2 * gpus}) {
            say("  %s", CostEstimate.of(plan.workload(), type, count));
        }
        double budget = plan.budget().dollars();
        say(
                "  The budget of $%,.2f pays up to $%.2f for a GPU-hour.",
                budget, budget / CostEstimate.of(plan.workload(), type, gpus).gpuHours());
    }

    private static void say(String format, Object... arguments) {
        System.out.printf(Locale.ROOT, format + "%n", arguments);
    }
}
