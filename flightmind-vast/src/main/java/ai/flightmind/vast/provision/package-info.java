/**
 * Makes a fresh machine able to run the user's Java program.
 */
@NullMarked
package ai.flightmind.vast.provision;

import org.jspecify.annotations.NullMarked;
