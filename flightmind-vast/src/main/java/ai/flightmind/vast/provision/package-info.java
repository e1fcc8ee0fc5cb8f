/**
 * Makes a fresh machine able to run the user's own Java program. In: the class path of this program, the natives it needs
 * there, and an SSH session; out: a Java command and a class path of that machine. Start at {@link
 * ai.flightmind.vast.provision.Provisioner}. What is there already is not sent or installed again.
 */
@NullMarked
package ai.flightmind.vast.provision;

import org.jspecify.annotations.NullMarked;
