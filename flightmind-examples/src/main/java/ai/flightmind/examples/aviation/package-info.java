/**
 * A small aviation language to train on.
 *
 * <p>In comes a seed; out go weather reports (METAR) and radio exchanges, composed from their
 * public formats, one document each, in ASCII. {@link ai.flightmind.examples.aviation.ByteFrequency} is the
 * baseline which a trained model has to beat.
 *
 * <p>Start at {@link ai.flightmind.examples.aviation.AviationCorpus}. Package {@code judge} reads what a model then
 * writes in it.
 *
 * <p>Sources: ICAO Annex 3 and WMO-No. 306, FM 15 METAR, for the reports; ICAO Doc 4444 (PANS-ATM)
 * and Doc 9432 (Manual of Radiotelephony) for the radio calls. The weather is invented: no report
 * was ever observed, none may be flown with.
 */
@NullMarked
package ai.flightmind.examples.aviation;

import org.jspecify.annotations.NullMarked;
