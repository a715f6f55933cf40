"""The autopilot: people with browsers, played by the stage for *Run the flow*, the pre-flight and the story."""
