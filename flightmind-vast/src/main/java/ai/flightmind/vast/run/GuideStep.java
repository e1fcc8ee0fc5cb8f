package ai.flightmind.vast.run;

/** The steps of the guide, in its order. */
public enum GuideStep {
    FIND("1", "Find an instance"),
    LAUNCH("2", "Launch the instance"),
    VERIFY("3", "Connect and verify the GPUs"),
    INSTALL("4", "Install what the program needs"),
    UPLOAD("5", "Upload data and checkpoints"),
    ENVIRONMENT("5.5", "Set NCCL's environment"),
    DRY_RUN("6", "Dry run"),
    TRAIN("7", "Train, detached"),
    MONITOR("8", "Follow and guard"),
    DOWNLOAD("9", "Download the results"),
    DESTROY("10", "Destroy the instance");

    private final String number;
    private final String title;

    GuideStep(String number, String title) {
        this.number = number;
        this.title = title;
    }

    /** As in the guide. */
    public String number() {
        return number;
    }

    public String title() {
        return title;
    }
}
