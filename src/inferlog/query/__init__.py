"""Reading: from what a caller asks to SQL, and from rows to what the API shows. Pure but for the store it is handed."""
