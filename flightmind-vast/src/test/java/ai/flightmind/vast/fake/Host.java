package ai.flightmind.vast.fake;

/** Where instances of an offer really are. Called by the marketplace as its state changes, one call at a time. */
public interface Host {
    /** No machine behind it. */
    Host NOWHERE = new Host() {
        @Override
        public void boot(FakeInstance instance) {}

        @Override
        public void halt(FakeInstance instance) {}

        @Override
        public void wipe(FakeInstance instance) {}
    };

    /** It was rented, or is started again with its disk as it was. It may be entered once it is up. */
    void boot(FakeInstance instance);

    /** Its processes end; its disk stays. */
    void halt(FakeInstance instance);

    /** Nothing of it is left. */
    void wipe(FakeInstance instance);
}
