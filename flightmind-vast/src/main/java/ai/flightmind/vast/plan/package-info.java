/**
 * What a user wants of a run, before anything is rented: start at {@link ai.flightmind.vast.plan.RunPlan}. Values only;
 * what can be wrong in a plan is said when it is built. {@code PlanJson} writes a plan down and reads it back.
 */
@NullMarked
package ai.flightmind.vast.plan;

import org.jspecify.annotations.NullMarked;
