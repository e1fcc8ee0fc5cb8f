/**
 * The store behind a bucket: what a bucket asks comes in, S3 requests go out, and refusals come back as
 * {@link ai.flightmind.vast.error.BucketException}. Start at {@link ai.flightmind.vast.bucket.store.Store}. AWS's client
 * signs, retries and reads the answers, and is named in no public signature; its bytes go over this module's okhttp, so
 * that a call ends when its thread is interrupted. Users meet the credentials, the presigned addresses and
 * {@link ai.flightmind.vast.bucket.store.StoredObject} only.
 */
@NullMarked
package ai.flightmind.vast.bucket.store;

import org.jspecify.annotations.NullMarked;
