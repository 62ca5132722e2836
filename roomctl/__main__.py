from roomctl.cli.main import main

main()
