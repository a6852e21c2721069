"""`python -m mlflow`: MLflow's command line."""

from genesis_flow.api.stock_cli.main import main

if __name__ == "__main__":
    main()
