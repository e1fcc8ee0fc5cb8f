/**
 * What can go wrong with the service, as one sealed tree: {@link ai.flightmind.vast.error.VastException} and its kinds.
 * Wrong arguments are {@link java.lang.IllegalArgumentException}s that name the argument.
 *
 * <ul>
 *   <li>The service said no, an {@link ai.flightmind.vast.error.AnswerException}: 401, 403, or 404 with {@code auth_error}
 *       is Unauthorized; {@code no_such_ask} is OfferGone; 402, 411 and {@code missing_billing} are NoCredit; 429 is
 *       RateLimited; 404 and {@code no_such_instance} are NotFound; 5xx is ServiceDown; any other is BadRequest. A 200 with
 *       {@code success: false} is told apart in the same way.
 *   <li>No answer came: Transport, or Cancelled if the caller was interrupted.
 *   <li>The answer cannot be understood: Data. The query cannot: Query.
 *   <li>The instance cannot be reached or worked with over SSH: Ssh, whose kind says why.
 *   <li>A bucket did not do what was asked: Bucket, with its {@link ai.flightmind.vast.error.BucketException.Reason}.
 *   <li>A run cannot begin as it is planned, and nothing was rented: Plan.
 *   <li>A machine lacks something that could be had nowhere: Provision.
 *   <li>Money may be flowing: UnclearRental and InstanceNotReady. Both say what to destroy.
 * </ul>
 */
@NullMarked
package ai.flightmind.vast.error;

import org.jspecify.annotations.NullMarked;
