package ai.flightmind.train;
