"""« Vérifier un fichier »: a file and a model, judged for anybody, signed in or not."""
