// Keeps the folder a library until its first file comes.
