/**
 * A marketplace to test against: {@link ai.flightmind.vast.fake.FakeMarketplace} answers over HTTP on the loopback
 * interface as the service does, keeps what is rented, goes by its own clock, and fails as it is told to.
 */
@NullMarked
package ai.flightmind.vast.fake;

import org.jspecify.annotations.NullMarked;
