/**
 * How the launchers of several nodes talk. JSON lines over TCP, a ping each second in both directions; what a peer said,
 * or that it is lost, comes out on the thread that supervises the launch. Node 0 has a {@link
 * ai.flightmind.train.launch.control.Listener}, the others a {@link ai.flightmind.train.launch.control.Connector}; both
 * give {@link ai.flightmind.train.launch.control.Connection}s that carry {@link
 * ai.flightmind.train.launch.control.Message}s. Only the launcher uses it. Nothing secret is sent, and nobody is asked
 * who they are: the port belongs in a network that is trusted, like that of the ranks themselves.
 */
@NullMarked
package ai.flightmind.train.launch.control;

import org.jspecify.annotations.NullMarked;
