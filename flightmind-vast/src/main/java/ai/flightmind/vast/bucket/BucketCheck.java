package ai.flightmind.vast.bucket;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether a bucket can be used, step by step. Prints as a list. */
public record BucketCheck(List<Step> steps) {
    public BucketCheck {
        steps = List.copyOf(steps);
    }

    /**
     * One thing that was tried.
     *
     * @param name {@code list}, {@code write}, {@code read}, {@code upload in parts} or {@code delete}
     * @param problem empty if it went well, else what to do
     */
    public record Step(String name, Optional<String> problem) {
        @Override
        public String toString() {
            return (problem.isEmpty() ? "[x] " : "[ ] ")
                    + name
                    + problem.map(what -> ": " + what).orElse("");
        }
    }

    public boolean passed() {
        return steps.stream().allMatch(step -> step.problem().isEmpty());
    }

    /** What to do, in one text; empty if all went well. As the pre-flight's own checks give it. */
    public Optional<String> problem() {
        String all = steps.stream()
                .flatMap(step -> step.problem().stream().map(what -> step.name() + ": " + what))
                .collect(Collectors.joining(" "));
        return all.isEmpty() ? Optional.empty() : Optional.of(all);
    }

    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
    }
}
