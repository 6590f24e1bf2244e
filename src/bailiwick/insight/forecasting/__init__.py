"""What will be sold: by month and territory, by account, from the pipeline."""
