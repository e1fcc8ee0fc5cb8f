/**
 * Templates: images with their settings, kept by the service. {@link ai.flightmind.vast.template.Templates} finds them; a
 * rental names one by its hash.
 */
@NullMarked
package ai.flightmind.vast.template;

import org.jspecify.annotations.NullMarked;
