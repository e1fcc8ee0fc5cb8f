/**
 * An instance's address and a key in, its shell out: start at {@link ai.flightmind.vast.ssh.SshSession}. It waits for a new
 * instance to come up, keeps to the host key first seen, connects again when the line breaks, runs commands and forwards
 * ports. What cannot be done is an {@link ai.flightmind.vast.error.SshException}; an interrupted or closed call is a {@link
 * ai.flightmind.vast.error.CancelledException}. Files are in {@code ai.flightmind.vast.ssh.file}.
 */
@NullMarked
package ai.flightmind.vast.ssh;

import org.jspecify.annotations.NullMarked;
