#!/bin/sh
exec hookgate hook --runtime cline --event {event}
