/**
 * Documents from wherever they lie: Parquet files and lines of JSON on disk, at URLs, or in a data set on the Hugging Face
 * Hub, read by ranges so that nothing is downloaded that is not trained on. {@link ai.flightmind.train.document.Documents}
 * lists the files and reads them in parts; a part is read again from any of its documents on.
 */
@NullMarked
package ai.flightmind.train.document;

import org.jspecify.annotations.NullMarked;
