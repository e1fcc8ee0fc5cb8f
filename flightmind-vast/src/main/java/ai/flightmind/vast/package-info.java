package ai.flightmind.vast;
