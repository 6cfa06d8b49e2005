"""What leaves the site on its own: mail. And what happened, told to those who may know it."""
