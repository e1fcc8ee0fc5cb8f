/**
 * Files over an {@link ai.flightmind.vast.ssh.SshSession}: paths here and there in, verified files out. Start at {@link
 * ai.flightmind.vast.ssh.file.RemoteFiles}. It needs no more of the instance than a POSIX shell, tar, gzip and OpenSSL or
 * coreutils; SFTP is not used, so that a transfer can go as fast as the line and images without it will do.
 */
@NullMarked
package ai.flightmind.vast.ssh.file;

import org.jspecify.annotations.NullMarked;
