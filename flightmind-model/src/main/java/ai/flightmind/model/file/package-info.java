/**
 * Files that are whole or not there: {@link ai.flightmind.model.file.WholeFile} writes beside, has the disk confirm it, and
 * renames; {@link ai.flightmind.model.file.DirectoryLock} sees to it that one program at a time does so.
 */
@NullMarked
package ai.flightmind.model.file;

import org.jspecify.annotations.NullMarked;
