"""Documents for people who read on paper (报告): the agenda pack of a session, and daily, weekly, monthly and special
reports, in Word, from the same figures as the pages."""
