package ai.flightmind.model;
