module example.com/belfry-service

go 1.21
