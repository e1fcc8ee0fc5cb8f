package ai.flightmind.examples;
