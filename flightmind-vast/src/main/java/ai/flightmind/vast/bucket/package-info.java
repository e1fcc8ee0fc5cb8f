/**
 * A bucket of any S3-compatible store, Backblaze B2 included: files go up and come down whole, verified, and go on where
 * they were interrupted. Start at {@link ai.flightmind.vast.bucket.Bucket}; files and keys come in, a
 * {@link ai.flightmind.vast.bucket.Transfer} or what {@code bucket.store} names goes out, and everything that goes wrong is a
 * {@link ai.flightmind.vast.error.BucketException}. It needs {@code software.amazon.awssdk:s3} on the class path, which this
 * module does not bring along; without any of its HTTP clients.
 */
@NullMarked
package ai.flightmind.vast.bucket;

import org.jspecify.annotations.NullMarked;
