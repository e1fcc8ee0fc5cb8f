package ai.flightmind.vast.provision;

/** A program to provision. */
final class Hello {
    private Hello() {}

    public static void main(String[] args) {
        System.out.println("hello from "
                + Hello.class.getProtectionDomain().getCodeSource().getLocation());
    }
}
